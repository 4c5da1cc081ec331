"""Finding among millions: columns made of records, kept in files, and asked by numbers alone."""
