"""The README's line for a web page, pasted into one, in a browser."""

import re

import pytest

from tests.browser.servers import Api, Shop
from tests.browser.tabs import Tab
from tests.tidy.sources import ROOT

pytestmark = pytest.mark.timeout(300)  # the first of them may have to install Chromium

BLOCK = re.compile(r"^```html\n(.*?)^```", re.MULTILINE | re.DOTALL)
API = "http://127.0.0.1:8080"


def test_the_line_in_the_readme_works_as_it_is_pasted(tab: Tab, api: Api, shop: Shop) -> None:
    """Only the API's address is another: page views come by themselves, a search and an event when asked for."""
    (lines,) = BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    shop.pasted = lines.replace(API, api.origin)

    tab.visit()
    tab.run("regulars.search('kettle', 12); regulars.track('Product Viewed', {product_id: 'K-7'})")
    tab.wait(1)

    (posted,) = api.wait_for(1)
    assert API in lines
    assert api.names == ["page", "Products Searched", "Product Viewed"]
    assert posted.body["writeKey"].startswith("rgl_")
    assert {message["properties"]["store"] for message in posted.messages} == {"web"}
