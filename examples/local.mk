EXTRA_DIST += %D%/quickstart/mlflow_tracking.py \
	%D%/palmer_penguins/README.md %D%/palmer_penguins/palmer_penguins.ipynb \
	%D%/palmer_penguins/penguins.csv %D%/traces/shop_agent.py
