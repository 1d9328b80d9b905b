"""What the server answers when it refuses: `Status` bodies, worded as kube-apiserver 1.36 does."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from bot.sandbox.kubernetes.resources import Json, Resource


class ApiFailureError(Exception):
    """Return a refused request.

    Attributes:
        code: HTTP status.
        body: The `Status` object to answer with.
    """

    def __init__(self, code: int, reason: str, message: str, details: Json | None = None) -> None:
        """Build the `Status` body; `reason` is the machine-readable word."""
        super().__init__(message)
        self.code = code
        self.body: Json = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": message,
            "reason": reason,
            "details": details,
            "code": code,
        }
        for key, missing in (("details", details is None), ("reason", not reason)):
            if missing:
                del self.body[key]


@dataclass(frozen=True, slots=True)
class Problem:
    """One field of an object that cannot be stored."""

    field: str
    reason: str
    message: str


def required(field: str, hint: str = "") -> Problem:
    """Say that a field must be present."""
    return Problem(field, "FieldValueRequired", f"Required value{': ' + hint if hint else ''}")


def invalid_value(field: str, value: str, hint: str) -> Problem:
    """Say that a field has a value it may not have; `value` as it shall be shown."""
    return Problem(field, "FieldValueInvalid", f"Invalid value: {value}: {hint}")


def _details(resource: Resource, name: str, kind: str | None = None) -> Json:
    details = {"name": name, "group": resource.group, "kind": kind or resource.plural}
    return {key: value for key, value in details.items() if value}


def not_found(resource: Resource, name: str) -> ApiFailureError:
    """404 for an object."""
    message = f'{resource.qualified} "{name}" not found'
    return ApiFailureError(404, "NotFound", message, _details(resource, name))


def unknown_path() -> ApiFailureError:
    """404 for a path nobody serves."""
    message = "the server could not find the requested resource"
    return ApiFailureError(404, "NotFound", message, {})


def already_exists(resource: Resource, name: str) -> ApiFailureError:
    """409 for a POST of a name in use."""
    message = f'{resource.qualified} "{name}" already exists'
    return ApiFailureError(409, "AlreadyExists", message, _details(resource, name))


def conflict(resource: Resource, name: str) -> ApiFailureError:
    """409 for a stale resourceVersion."""
    why = (
        "the object has been modified; please apply your changes to the latest version "
        "and try again"
    )
    message = f'Operation cannot be fulfilled on {resource.qualified} "{name}": {why}'
    return ApiFailureError(409, "Conflict", message, _details(resource, name))


def unauthorized() -> ApiFailureError:
    """401 for a token nobody has."""
    return ApiFailureError(401, "Unauthorized", "Unauthorized")


def bad_request(message: str) -> ApiFailureError:
    """400 with that message."""
    return ApiFailureError(400, "BadRequest", message)


def method_not_allowed() -> ApiFailureError:
    """405 for a verb the path does not know."""
    message = "the server does not allow this method on the requested resource"
    return ApiFailureError(405, "MethodNotAllowed", message, {})


def unsupported_media_type() -> ApiFailureError:
    """415 for a PATCH whose Content-Type names no kind of patch."""
    return ApiFailureError(415, "UnsupportedMediaType", "415: Unsupported Media Type", {})


def gone(revision: int, oldest: int) -> ApiFailureError:
    """410 for a watch that starts before what is remembered."""
    return ApiFailureError(410, "Expired", f"too old resource version: {revision} ({oldest})")


def unprocessable(message: str) -> ApiFailureError:
    """422 for a patch that does not fit the object."""
    return ApiFailureError(422, "Invalid", message, {})


def patch_failed(message: str) -> ApiFailureError:
    """500 for a strategic merge patch that its own rules forbid: no reason, only words."""
    return ApiFailureError(500, "", message)


def invalid(resource: Resource, name: str, problems: Sequence[Problem]) -> ApiFailureError:
    """422 for an object with bad fields, every problem listed."""
    return _invalid(resource.qualified_kind, _details(resource, name, resource.kind), problems)


def invalid_patch(why: str, shown: str) -> ApiFailureError:
    """422 for a patch whose result has a field of the wrong type; `shown` is the patch."""
    return _invalid("", {}, [invalid_value("patch", json.dumps(shown), why)])


def invalid_option(options: str, problem: Problem) -> ApiFailureError:
    """422 for a query parameter; `options` is for example `PatchOptions`."""
    details = {"group": "meta.k8s.io", "kind": options}
    return _invalid(f"{options}.meta.k8s.io", details, [problem])


def _invalid(kind: str, details: Json, problems: Sequence[Problem]) -> ApiFailureError:
    lines = [f"{problem.field}: {problem.message}" for problem in problems]
    text = lines[0] if len(lines) == 1 else f"[{', '.join(lines)}]"
    causes = [
        {"reason": problem.reason, "message": problem.message, "field": problem.field}
        for problem in problems
    ]
    message = f'{kind} "{details.get("name", "")}" is invalid: {text}'
    return ApiFailureError(422, "Invalid", message, {**details, "causes": causes})


def apply_conflict(conflicts: Sequence[tuple[str, str, str]]) -> ApiFailureError:
    """409 of a server-side apply; each conflict is manager, API version and field path."""
    causes = [
        {
            "reason": "FieldManagerConflict",
            "message": f'conflict with "{manager}" using {version}',
            "field": path,
        }
        for manager, version, path in conflicts
    ]
    shown = "; ".join(f"{cause['message']}: {cause['field']}" for cause in causes)
    plural = "" if len(causes) == 1 else "s"
    message = f"Apply failed with {len(causes)} conflict{plural}: {shown}"
    return ApiFailureError(409, "Conflict", message, {"causes": causes})
