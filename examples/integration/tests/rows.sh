database ask 3
