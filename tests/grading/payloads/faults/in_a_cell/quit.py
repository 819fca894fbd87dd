#: quit
#: proof: True
quit()
