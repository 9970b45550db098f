"""What breaks under a hospital: servers killed, database away, disk full, slow clients, clocks that jump."""
