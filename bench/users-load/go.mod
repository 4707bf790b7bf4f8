module users-load

go 1.21
