"""The Streamlit front door: ``streamlit run app.py``."""

from onprem_rag.web.ask import page

page()
