"""What AWS resources cost, from a price list that is data: an estimate. What has no price is named, never zero."""
