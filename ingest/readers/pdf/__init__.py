"""PDF: text in lines and paragraphs as printed, ruled tables, recognised scans."""
