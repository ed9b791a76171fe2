/*
 * Our own version and the MLflow release that clients see.
 */
#include "config.h"

#include <stdio.h>

#include "cli/version.h"

int
cli_version(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		fputs("usage: cairn version\n", stderr);
		return 2;
	}
	puts(PACKAGE_STRING " (MLflow " MLFLOW_RELEASE ")");
	return 0;
}
