dist_man8_MANS = %D%/cairn.8
