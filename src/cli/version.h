/* cairn version */
#ifndef CLI_VERSION_H
#define CLI_VERSION_H

int	cli_version(int argc, char **argv);

#endif
