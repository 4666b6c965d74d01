"""The pages: views in templates, and the forms with which people act."""
