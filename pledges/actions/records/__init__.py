"""Records of the company: completion reports, receipts, scans; made, kept, and stamped anew."""
