"""The Spark job that prepares the features of a trial's subjects from its SDTM tables, and the outcomes to train on.

jobs/etl.py is the script of the pipeline's extraction. The other modules are its parts; --py-files ships them as a zip file whose top
level contains the folder jobs. They need PySpark 3.5, Python 3.9 or newer, and nothing else.
"""
