"""Moving in: clients, people, rooms and devices come from the lines of a spreadsheet."""
