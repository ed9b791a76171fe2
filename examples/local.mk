EXTRA_DIST += %D%/quickstart/mlflow_tracking.py
