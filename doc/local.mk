# made as the files of etc/ are
man8_MANS = %D%/cairn.8
EXTRA_DIST += %D%/cairn.8.in %D%/ROUTES.md %D%/DEPLOY.md %D%/DIFFERENCES.md %D%/PERFORMANCE.md
