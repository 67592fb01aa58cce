"""A page of bare Streamlit widgets and nothing of ours: what axe finds here is Streamlit's own."""

import streamlit as st

st.set_page_config(page_title="bare")
st.title("A title")
st.subheader("A smaller one")
st.write("A sentence.")
st.button("A button", type="primary")
st.selectbox("One of", ["a", "b"])
st.multiselect("Some of", ["a", "b"], default=["a"])
st.text_input("A word")
st.text_area("Words")
st.number_input("A number", 0.0, 1.0, 0.5)
st.slider("A place", 0, 10, 5)
st.checkbox("Whether")
st.toggle("Whether or not")
st.radio("Which", ["a", "b"])
st.segmented_control("Which of", ["a", "b"], default="a")
st.pills("Which ones", ["a", "b"])
st.file_uploader("A file")
st.dataframe([{"a": 1, "b": 2}], hide_index=True)
st.table([{"a": 1, "b": 2}])
st.metric("A figure", "91%")
st.progress(0.5, "Half")
st.code("a = 1")
st.json({"a": 1})
st.download_button("Take away", b"a", "a.txt")
st.vega_lite_chart(
    {
        "title": "A title",
        "data": {"values": [{"x": 1, "y": 1}, {"x": 2, "y": 2}]},
        "mark": "line",
        "encoding": {"x": {"field": "x", "type": "quantitative"}, "y": {"field": "y", "type": "quantitative"}},
    }
)
with st.expander("A fold"):
    st.caption("Small words.")
for tab in st.tabs(["one", "two"]):
    tab.write("In a tab.")
