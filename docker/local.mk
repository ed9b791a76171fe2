# The stack: nothing of it is built or installed by make.
EXTRA_DIST += docker-compose.yml .dockerignore .env.example .secrets.example \
	stack_init.sh stack_deploy.sh stack_remove.sh show_all.sh \
	%D%/Dockerfile-as-root %D%/Dockerfile-as-user %D%/Dockerfile-minimal \
	%D%/entrypoint.sh %D%/entrypoint-debug.sh %D%/fetch-local %D%/packages %D%/stack.sh
