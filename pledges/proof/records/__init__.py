"""Records: documents that the company alone seals, and receipts for those whom they tell of."""
