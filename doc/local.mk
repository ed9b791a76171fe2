dist_man8_MANS = %D%/cairn.8
EXTRA_DIST += %D%/ROUTES.md %D%/DEPLOY.md %D%/DIFFERENCES.md %D%/PERFORMANCE.md
