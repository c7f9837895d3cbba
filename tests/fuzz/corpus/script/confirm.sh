echo "Press Enter to continue or Ctrl+C to cancel..." && read
