#: end of stream
#: says: the code ended the Python process|SIGKILL
import os
import socket

socket.socket(fileno=os.dup(3)).shutdown(socket.SHUT_RDWR)
