"""A lab from request to teardown: guards, a literal tuple of steps, one loop, undo in reverse."""
