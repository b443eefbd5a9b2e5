"""``python -m core.cli`` is ``deskbell``."""

from core.cli import main

if __name__ == "__main__":
    main()
