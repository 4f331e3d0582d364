"use strict";
(() => {
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const canvas = document.getElementById("canvas");
  const graph = document.getElementById("graph");
  const table = document.getElementById("table");
  document.documentElement.classList.add("scripted");

  // The graph: what a task is made from and what it leads to.
  const nodes = new Map(all(".node", graph).map((node) => [node.dataset.task, node]));
  const edges = all(".edge", graph);
  const reach = (start, from, to) => {
    const found = new Set([start]);
    const waiting = [start];
    while (waiting.length) {
      const task = waiting.pop();
      for (const edge of edges) {
        if (edge.dataset[from] === task && !found.has(edge.dataset[to])) {
          found.add(edge.dataset[to]);
          waiting.push(edge.dataset[to]);
        }
      }
    }
    return found;
  };
  let chosen = null;
  const light = (task) => {
    graph.classList.toggle("lit", task !== null);
    if (task === null) return;
    const before = reach(task, "to", "from");
    const after = reach(task, "from", "to");
    for (const [name, node] of nodes) node.classList.toggle("on", before.has(name) || after.has(name));
    for (const edge of edges) {
      const { from, to } = edge.dataset;
      edge.classList.toggle("on", (before.has(from) && before.has(to)) || (after.has(from) && after.has(to)));
    }
  };
  const choose = (task) => {
    chosen = task;
    for (const element of all(".chosen")) element.classList.remove("chosen");
    if (task !== null) {
      nodes.get(task)?.classList.add("chosen");
      document.getElementById(`row-${task}`)?.classList.add("chosen");
    }
    light(task);
  };
  const show = (element) => element?.scrollIntoView({ block: "center", inline: "center" });
  for (const link of all("a[data-task]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      choose(link.dataset.task);
      show(document.querySelector(link.getAttribute("href")));
    });
  }
  for (const [task, node] of nodes) {
    node.addEventListener("mouseenter", () => light(task));
    node.addEventListener("mouseleave", () => light(chosen));
  }
  document.addEventListener("keydown", (event) => event.key === "Escape" && choose(null));

  // Zooming by buttons, or by the wheel with Ctrl; moving by dragging.
  const natural = Number(graph.dataset.width);
  const own = graph.style.maxWidth;
  const zoom = (factor, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) => {
    const before = graph.getBoundingClientRect();
    const frame = canvas.getBoundingClientRect();
    const point = [(x + frame.left - before.left) / before.width, (y + frame.top - before.top) / before.height];
    if (factor === null) {
      Object.assign(graph.style, { width: "", minWidth: "0", maxWidth: own });
      canvas.style.height = "";
    } else {
      if (!canvas.style.height) canvas.style.height = `${canvas.offsetHeight}px`;
      const width = Math.min(Math.max(before.width * factor, natural * 0.2), natural * 4);
      Object.assign(graph.style, { width: `${width}px`, minWidth: "0", maxWidth: "none" });
    }
    const after = graph.getBoundingClientRect();
    canvas.scrollLeft += after.left + point[0] * after.width - frame.left - x;
    canvas.scrollTop += after.top + point[1] * after.height - frame.top - y;
    canvas.classList.toggle("large", canvas.scrollWidth > canvas.clientWidth || canvas.scrollHeight > canvas.clientHeight);
  };
  for (const button of all("[data-zoom]")) {
    button.addEventListener("click", () => zoom({ in: 1.3, out: 1 / 1.3, fit: null }[button.dataset.zoom]));
  }
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const frame = canvas.getBoundingClientRect();
    zoom(Math.exp(-event.deltaY / 300), event.clientX - frame.left, event.clientY - frame.top);
  }, { passive: false });
  canvas.addEventListener("dragstart", (event) => event.preventDefault());
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const start = [event.clientX, event.clientY, canvas.scrollLeft, canvas.scrollTop];
    const move = (next) => {
      const [x, y] = [next.clientX - start[0], next.clientY - start[1]];
      if (Math.hypot(x, y) > 4) canvas.classList.add("dragged");
      if (canvas.classList.contains("dragged")) [canvas.scrollLeft, canvas.scrollTop] = [start[2] - x, start[3] - y];
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", () => {
      window.removeEventListener("pointermove", move);
      setTimeout(() => canvas.classList.remove("dragged"));
    }, { once: true });
  });

  // The table: sorted by any column, narrowed by words.
  const body = table.tBodies[0];
  const value = (row, column) => row.cells[column].dataset.value;
  const compare = (one, other) => {
    if (one === "" || other === "") return (one === "") - (other === "");
    const numbers = [Number(one), Number(other)];
    return numbers.some(Number.isNaN) ? one.localeCompare(other) : numbers[0] - numbers[1];
  };
  all("th", table.tHead).forEach((head, column) => {
    head.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending" || (column > 1 && column < 7 && !head.hasAttribute("aria-sort"));
      for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...body.rows].sort((one, other) => {
        const [left, right] = [value(one, column), value(other, column)];
        return left === "" || right === "" || !down ? compare(left, right) : compare(right, left);
      });
      body.append(...rows);
    });
  });
  document.getElementById("find").addEventListener("input", (event) => {
    const words = event.target.value.toLowerCase().split(/\s+/);
    for (const row of body.rows) row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
  });

  // A link to a task unfolds it.
  const unfold = () => {
    const target = location.hash.startsWith("#task-") && document.getElementById(location.hash.slice(1));
    if (target) target.open = true;
  };
  window.addEventListener("hashchange", unfold);
  unfold();
})();
