libcairn_a_SOURCES += \
	%D%/common.c %D%/common.h \
	%D%/experiments.c %D%/experiments.h \
	%D%/inputs.c %D%/inputs.h \
	%D%/log_model.c \
	%D%/metrics.c %D%/metrics.h \
	%D%/run_data.c %D%/run_data.h \
	%D%/runs.c %D%/runs.h \
	%D%/server.c %D%/server.h
