"""Mails as people read them: words a language, one layout in HTML and one in text, figures in the recipient's locale."""
