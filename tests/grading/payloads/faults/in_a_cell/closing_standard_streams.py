#: closing standard streams
#: proof: sys.__stdin__ is None or sys.stdin.closed
import sys

sys.stdout.close()
sys.stderr.close()
sys.stdin.close()
