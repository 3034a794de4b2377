// What is large and can be made again: suggested where a plan is made.
export const usualExcludes: readonly string[] = ['node_modules', '.cache', '__pycache__', '.venv', '.tox', '.mypy_cache', '.pytest_cache', '.ipynb_checkpoints', '.Trash*', '.local/share/Trash', 'Thumbs.db', '.DS_Store', '*.tmp', '~$*'];
