"""The script for web pages, ``regulars.js``: what is written there is what is served."""
