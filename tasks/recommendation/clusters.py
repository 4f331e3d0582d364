"""The highest dot products among very many vectors, nearly: only the clusters of items next to a user are searched."""

import numpy as np
import threadpoolctl

from slipstream.tasks.matrices import Integers
from slipstream.tasks.vectors import Matrix

NEEDED = "approximate search needs faiss; install it by: pip install 'slipstream[approximate]'"
EACH = 64  # items a cluster that its centre is learnt from


class Clusters:
    """Items by the nearest of 4 sqrt(items) centres: an inverted file of vectors (Sivic and Zisserman 2003)."""

    def __init__(self, items: Matrix) -> None:
        """Learn the centres from items spread evenly over all, and put every item to its own."""
        try:
            import faiss  # noqa: PLC0415 (an extra)
        except ImportError as error:
            raise ImportError(NEEDED) from error
        self.count = min(max(round(4 * len(items) ** 0.5), 1), len(items))
        faiss.omp_set_num_threads(1)
        centres = faiss.IndexFlatIP(items.shape[1])
        self.index = faiss.IndexIVFFlat(centres, items.shape[1], self.count, faiss.METRIC_INNER_PRODUCT)
        self.index.cp.min_points_per_centroid = 1
        self.index.cp.max_points_per_centroid = EACH
        with threadpoolctl.threadpool_limits(limits=1, user_api="blas"):  # faiss brings a BLAS of its own
            self.index.train(np.ascontiguousarray(items[:: max(len(items) // (EACH * self.count), 1)]))
        self.index.add(items)


class Probes:
    """Looks into the `probes` clusters nearest to a user of a block; a cell is an item times `block` plus the user."""

    def __init__(self, clusters: Clusters, *, top: int, block: int, probes: int) -> None:
        """Remember how much to look for."""
        self.index, self.top, self.block = clusters.index, top, block
        self.probes = min(probes, clusters.count)

    def candidates(self, users: Matrix, hidden: Integers) -> Integers:
        """Find the cells, but the hidden ones, of the best items: `top` a user where the clusters hold as many."""
        import faiss  # noqa: PLC0415

        faiss.omp_set_num_threads(1)  # holds for the thread that calls
        most = int(np.bincount(hidden & (self.block - 1), minlength=1).max())
        depth = faiss.SearchParametersIVF()
        depth.nprobe = self.probes
        place = self.index.search(users, min(self.top + most, self.index.ntotal), params=depth)[1]
        cells = (place * self.block + np.arange(len(users))[:, None])[place >= 0]
        return np.setdiff1d(cells, hidden)
