"""What becomes of a desk beyond a visit: a project as a file, and what this browser keeps of it."""

from .keeper import How, Keeper
from .project import as_project, place_project
from .storage import Storage

__all__ = ["How", "Keeper", "Storage", "as_project", "place_project"]
