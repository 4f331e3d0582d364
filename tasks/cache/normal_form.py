"""The normal form of a definition: what is left of its source without docstrings, comments, layout and annotations."""

import ast

# Decorators that never look at annotations; a function under any other keeps its own.
BLIND = {
    *("property", "cached_property", "setter", "getter", "deleter", "staticmethod", "classmethod", "abstractmethod"),
    *("cache", "lru_cache", "contextmanager", "wraps", "override", "final", "jit", "njit"),
}


def normalise(statement: ast.stmt) -> ast.stmt:
    """Strip a parsed top-level statement of what cannot change its meaning; the tree given is used up.

    The parameters that a class declares are dropped as well: their values stand in the key.
    """
    normal: ast.stmt = _NormalForm().visit(statement)
    return normal


def _is_parameter(statement: ast.stmt) -> bool:
    """Tell whether a class statement declares a luigi parameter."""
    value = statement.value if isinstance(statement, ast.AnnAssign | ast.Assign) else None
    return isinstance(value, ast.Call) and _last_name(value).endswith("Parameter")


def _last_name(node: ast.expr) -> str:
    """Name what is called or referred to, without what it is an attribute of."""
    stem = node.func if isinstance(node, ast.Call) else node
    return stem.attr if isinstance(stem, ast.Attribute) else getattr(stem, "id", "")


class _NormalForm(ast.NodeTransformer):
    """Drops docstrings, and annotations where they only inform: not in class bodies, whose fields they can declare."""

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        node.body = _without_docstring(node.body)
        if all(_last_name(decorator) in BLIND for decorator in node.decorator_list):
            node.returns = None
            given = node.args
            for argument in (*given.posonlyargs, *given.args, given.vararg, *given.kwonlyargs, given.kwarg):
                if argument is not None:
                    argument.annotation = None
        return self.generic_visit(node)

    visit_FunctionDef = _function  # noqa: N815
    visit_AsyncFunctionDef = _function  # noqa: N815

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        kept = [part for part in _without_docstring(node.body) if not _is_parameter(part)] or [ast.Pass()]
        node.body = [part if isinstance(part, ast.AnnAssign) else self.visit(part) for part in kept]
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is None:
            return node
        return ast.copy_location(ast.Assign([node.target], self.visit(node.value), None), node)


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        body = body[1:]
    return body or [ast.Pass()]
