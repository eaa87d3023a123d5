"""The gettext catalogues, and `update`, which collects the program's words into them."""
