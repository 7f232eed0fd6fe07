"""The only door to a triple store.

One process publishes (`publisher.Publisher`), any number read (`reader.Reader`), and they meet in a folder
(`layout.Layout`): `current` names the newest checkpoint, which nobody writes to any more.
"""
