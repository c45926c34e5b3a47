"""What people read: money, numbers and dates in their locale, and templates. Only functions with the rendering layer load it."""
