"""One page of pictures from decorated logs."""
