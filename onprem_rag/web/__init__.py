"""The Streamlit app's pages and parts."""
