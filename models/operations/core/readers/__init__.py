"""What reads files that people bring. Each file here is run by `child.py` in a process of its own, by its
path.

None of them imports anything of the application, so that the process starts at once and holds no secret; what
a reader refuses it says as a word, and who asked turns the word into a sentence.
"""
