"""JSON values as plain Python data: copies, and places inside nested objects.

Knows nothing of sessions or of the wire's names.
"""

import math
from collections.abc import Mapping
from typing import Any, TypeGuard

__all__ = ["copy_json", "find", "is_array", "is_json", "is_object", "place", "remove"]

Path = tuple[str, ...]


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether a copied value is a JSON object."""
    return isinstance(value, dict)


def is_array(value: Any) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    """Whether a value is a JSON array, or a tuple that becomes one."""
    return isinstance(value, list | tuple)


def _is_mapping(value: Any) -> TypeGuard[Mapping[Any, Any]]:
    # Nearly all are dicts, and asking an abstract class takes ten times as long.
    return type(value) is dict or isinstance(value, Mapping)


def _is_text(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return True


def copy_json(value: Any) -> Any:
    """Copy nested mappings and sequences into new dicts and lists; other values stay the same."""
    if _is_mapping(value):
        return {key: copy_json(each) for key, each in value.items()}
    if is_array(value):
        return [copy_json(each) for each in value]
    return value


def is_json(value: Any) -> bool:
    """Whether a copied value can be written as JSON: text keys, no NaN, no half characters."""
    if _is_mapping(value):
        return all(_is_text(key) and is_json(each) for key, each in value.items())
    if is_array(value):
        return all(is_json(each) for each in value)
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, bool | int) or _is_text(value)


def find(tree: Mapping[str, Any], path: Path) -> tuple[bool, Any]:
    """Look up a path of keys: whether something is there, and what."""
    node: Any = tree
    for key in path:
        if not _is_mapping(node) or key not in node:
            return False, None
        node = node[key]
    return True, node


def place(tree: dict[str, Any], path: Path, value: Any) -> None:
    """Put a value at a path, making the objects on the way."""
    node = tree
    for key in path[:-1]:
        child = node.get(key)
        if not is_object(child):
            child = node[key] = {}
        node = child
    node[path[-1]] = value


def remove(tree: dict[str, Any], path: Path) -> None:
    """Take a path out, and the objects on the way that have nothing left in them.

    An object that was empty to begin with is never on the way, so it stays: ``{}`` means something.
    """
    nodes = [tree]
    for key in path[:-1]:
        nodes.append(nodes[-1][key])
    for node, key in zip(reversed(nodes), reversed(path), strict=True):
        del node[key]
        if node:
            return
