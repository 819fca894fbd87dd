"""Right answers in other dress: whole sets of solutions that must get full points.

Each set is {question: source of the answer's cell}. The notebook has imported numpy as np, and sigmoid.
"""

CONCATENATED = {
    "q5a_lstm_step": """
def lstm_step(x, h_prev, C_prev, p):
    xh = np.concatenate([x, h_prev])
    z = {gate: xh @ np.vstack([p["U" + gate], p["W" + gate]]) for gate in "fiog"}
    f, i, o, g = sigmoid(z["f"]), sigmoid(z["i"]), sigmoid(z["o"]), np.tanh(z["g"])
    C = f * C_prev + i * g
    return dict(f=f, i=i, o=o, g=g, C=C, h=np.tanh(C) * o)
""",
    "q2_vanilla_rnn": """
class VanillaRNN:
    def __init__(self, k=3, n=3, m=3):
        self.W_hh, self.W_xh, self.W_hy = np.random.randn(n, n), np.random.randn(n, k), np.random.randn(m, n)
        self.Bh, self.By, self.hidden_state = np.random.randn(n), np.random.randn(m), np.zeros(n)

    def forward(self, x):
        W = np.hstack([self.W_hh, self.W_xh, self.Bh[:, None]])
        self.hidden_state = np.tanh(W @ np.concatenate([self.hidden_state, x, [1]]))
        self.output = self.hidden_state @ self.W_hy.T + self.By
        return self.output
""",
}
FUSED = {
    "q5a_lstm_step": """
def lstm_step(x, h_prev, C_prev, p):
    U = np.hstack([p["U" + gate] for gate in "fiog"])
    W = np.hstack([p["W" + gate] for gate in "fiog"])
    z = np.split(x @ U + h_prev @ W, 4)
    f, i, o = map(sigmoid, z[:3])
    g = np.tanh(z[3])
    C = f * C_prev + i * g
    return {"f": f, "i": i, "o": o, "g": g, "C": C, "h": np.tanh(C) * o}
""",
    "q5b_lstm_unroll": """
def lstm_unroll(xs, h0, C0, p):
    T, n = len(xs), len(h0)
    fed = {gate: xs @ p["U" + gate] for gate in "fiog"}  # X @ U once for all t
    s = {key: np.zeros((T, n)) for key in "fiogCh"}
    h, C = h0, C0
    for t in range(T):
        for gate in "fio":
            s[gate][t] = sigmoid(fed[gate][t] + h @ p["W" + gate])
        s["g"][t] = np.tanh(fed["g"][t] + h @ p["Wg"])
        C = s["C"][t] = s["f"][t] * C + s["i"][t] * s["g"][t]
        h = s["h"][t] = np.tanh(C) * s["o"][t]
    return s
""",
}
SEPARATE = {  # eight products, np.dot and np.matmul, transposed algebra
    "q5a_lstm_step": """
def lstm_step(x, h_prev, C_prev, p):
    uf, ui, uo, ug = np.dot(x, p["Uf"]), np.dot(x, p["Ui"]), np.matmul(x, p["Uo"]), p["Ug"].T @ x
    wf, wi, wo, wg = np.dot(h_prev, p["Wf"]), np.dot(h_prev, p["Wi"]), np.matmul(h_prev, p["Wo"]), p["Wg"].T @ h_prev
    f, i, o, g = 1 / (1 + np.exp(-uf - wf)), sigmoid(ui + wi), sigmoid(uo + wo), np.tanh(ug + wg)
    C = np.multiply(f, C_prev) + np.multiply(i, g)
    h = np.multiply(np.tanh(C), o)
    return {"h": h, "C": C, "g": g, "o": o, "i": i, "f": f, "cache": (x, p)}
""",
    "q4a_state_jacobian": """
def state_jacobian(h, W_hh):
    return (W_hh.T * (1 - np.square(h))).T
""",
    "q4b_jacobian_through_time": """
import functools

def jacobian_through_time(hs, W_hh):
    return functools.reduce(np.dot, [np.diag(1 - h * h) @ W_hh for h in hs[::-1]])
""",
    "q7b_cell_carry": """
def cell_carry(fs):
    return np.exp(np.log(fs).sum(axis=0)) * np.eye(fs.shape[1])
""",
}
EINSUM = {
    "q4a_state_jacobian": """
def state_jacobian(h, W_hh):
    return np.einsum("i,ij->ij", 1 - h**2, W_hh)
""",
    "q6a_derivation": """
def dJ_dWg(dJ_dh, dh_dhprev, dhprev_dWg, dh_dC, dC_dWg, dC_dCprev, dCprev_dWg, dh_do):
    n = dJ_dh.shape[1]
    by_h = np.einsum("ti,tij,tjw->w", dJ_dh, dh_dhprev, dhprev_dWg)
    by_C = np.einsum("ti,tij,tjk,tkw->w", dJ_dh, dh_dC, dC_dCprev, dCprev_dWg)
    now = np.einsum("ti,tij,tjw->w", dJ_dh, dh_dC, dC_dWg)
    return (by_h + by_C + now).reshape(n, n)
""",
    "q4c_rnn_backward": """
def rnn_backward(xs, h0, dys, W_xh, W_hh, W_hy, Bh, By):
    T, n = len(xs), len(h0)
    H = np.zeros((T + 1, n))  # padded: h[0..T]
    H[0] = h0
    for t in range(T):
        H[t + 1] = np.tanh(W_hh @ H[t] + W_xh @ xs[t] + Bh)
    dZ, dh = np.zeros((T, n)), np.zeros(n)
    for t in range(T - 1, -1, -1):
        dZ[t] = (dh + dys[t] @ W_hy) / np.cosh(np.arctanh(H[t + 1])) ** 2  # sech^2
        dh = dZ[t] @ W_hh
    return {
        "W_xh": np.einsum("ti,tj->ij", dZ, xs), "W_hh": np.einsum("ti,tj->ij", dZ, H[:-1]),
        "W_hy": np.einsum("ti,tj->ij", dys, H[1:]), "Bh": dZ.sum(0), "By": dys.sum(0), "h0": dh,
    }
""",
}
DISTRIBUTED = {
    "q6a_derivation": """
def dJ_dWg(dJ_dh, dh_dhprev, dhprev_dWg, dh_dC, dC_dWg, dC_dCprev, dCprev_dWg, dh_do):
    total = 0
    for J, hh, hW, hC, CW, CC, CpW in zip(dJ_dh, dh_dhprev, dhprev_dWg, dh_dC, dC_dWg, dC_dCprev, dCprev_dWg):
        total = total + J @ hh @ hW + J @ hC @ CC @ CpW + J @ hC @ CW
    return np.reshape(total, (len(J), len(J)))
""",
}
BATCHED = {
    "q6a_derivation": """
def dJ_dWg(dJ_dh, dh_dhprev, dhprev_dWg, dh_dC, dC_dWg, dC_dCprev, dCprev_dWg, dh_do):
    T, n = dJ_dh.shape
    per_step = dJ_dh[:, None, :] @ (dh_dhprev @ dhprev_dWg + dh_dC @ (dC_dCprev @ dCprev_dWg + dC_dWg))
    return per_step.sum(axis=(0, 1)).reshape(n, n)
""",
}
RECURSION = {
    "q3_unroll": """
def unroll(rnn, xs):
    if len(xs) == 0:
        return np.zeros((0, len(rnn.hidden_state))), np.zeros((0, 2))
    y = rnn.forward(xs[0])
    h = rnn.hidden_state
    hs, ys = unroll(rnn, xs[1:])
    return np.vstack([[h], hs]), np.vstack([[y], ys])
""",
    "q4b_jacobian_through_time": """
def jacobian_through_time(hs, W_hh):
    if len(hs) == 0:
        return np.eye(len(W_hh))
    return np.diag(1 - hs[-1] ** 2) @ W_hh @ jacobian_through_time(hs[:-1], W_hh)
""",
    "q5b_lstm_unroll": """
def lstm_unroll(xs, h0, C0, p):
    first = lstm_step(xs[0], h0, C0, p)
    if len(xs) == 1:
        return {key: value[np.newaxis] for key, value in first.items()}
    rest = lstm_unroll(xs[1:], first["h"], first["C"], p)
    return {key: np.vstack([first[key], rest[key]]) for key in first}
""",
    "q7b_cell_carry": """
def cell_carry(fs):
    return np.diag(fs[0]) if len(fs) == 1 else np.diag(fs[-1]) @ cell_carry(fs[:-1])
""",
}
SIGMOIDS = {
    "q5a_lstm_step": """
try:
    from scipy.special import expit
except ImportError:
    def expit(z):
        return (1 + np.tanh(z / 2)) / 2


def two_branches(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))


def by_tanh(z):
    return (1 + np.tanh(z / 2)) / 2


def lstm_step(x, h_prev, C_prev, p):
    f = expit(x @ p["Uf"] + h_prev @ p["Wf"])
    i = two_branches(x @ p["Ui"] + h_prev @ p["Wi"])
    o = by_tanh(x @ p["Uo"] + h_prev @ p["Wo"])
    g = 2 * two_branches(2 * (x @ p["Ug"] + h_prev @ p["Wg"])) - 1
    C = f * C_prev + i * g
    return dict(f=f, i=i, o=o, g=g, C=C, h=np.tanh(C) * o)
""",
}
FORWARD_MODE = {
    "q6b_lstm_dWg": """
def lstm_dWg(xs, h0, C0, p, dJ_dh):
    n = len(h0)
    h, C = h0, C0
    dh, dC, total = np.zeros((n, n * n)), np.zeros((n, n * n)), np.zeros(n * n)
    for x, upstream in zip(xs, dJ_dh):
        s = lstm_step(x, h, C, p)
        f, i, o, g = s["f"], s["i"], s["o"], s["g"]
        immediate = np.kron(h, np.eye(n))  # the derivative of h @ Wg with respect to Wg, row by row
        df = (f * (1 - f))[:, None] * (p["Wf"].T @ dh)
        di = (i * (1 - i))[:, None] * (p["Wi"].T @ dh)
        do = (o * (1 - o))[:, None] * (p["Wo"].T @ dh)
        dg = (1 - g**2)[:, None] * (p["Wg"].T @ dh + immediate)
        dC = C[:, None] * df + f[:, None] * dC + g[:, None] * di + i[:, None] * dg
        h, C = s["h"], s["C"]
        dh = np.tanh(C)[:, None] * do + (o * (1 - np.tanh(C) ** 2))[:, None] * dC
        total += upstream @ dh
    return total.reshape(n, n)
""",
    "q4b_jacobian_through_time": """
def jacobian_through_time(hs, W_hh):
    columns = []
    for change in np.eye(len(W_hh)):
        for h in hs:
            change = (1 - h**2) * (W_hh @ change)
        columns.append(change)
    return np.array(columns).T
""",
}
NUMERICAL = {  # the complex step is exact; plain arithmetic of the student's own
    "q4a_state_jacobian": """
def state_jacobian(h, W_hh):
    z = np.arctanh(h)
    return np.array([np.tanh(z + 1e-30j * column).imag / 1e-30 for column in W_hh.T]).T
""",
}
HELPERS = {  # helper functions, nested classes, dataclasses, attributes beyond the worksheet's, prints, np.random.seed
    "q2_vanilla_rnn": """
from dataclasses import dataclass, field

np.random.seed(7)


@dataclass
class VanillaRNN:
    k: int = 3
    n: int = 3
    m: int = 3
    history: list = field(default_factory=list)

    def __post_init__(self):
        self.W_hh = np.random.randn(self.n, self.n)
        self.W_xh = np.random.randn(self.n, self.k)
        self.W_hy = np.random.randn(self.m, self.n)
        self.Bh, self.By = np.random.randn(self.n), np.random.randn(self.m)
        self.hidden_state = np.zeros(self.n)

    def forward(self, x):
        np.random.seed(0)
        self.hidden_state = self._state(x)
        self.history.append(self.hidden_state.copy())
        self.output = np.zeros(len(self.By))
        self.output += self.W_hy.dot(self.hidden_state)
        self.output += self.By
        print("step", len(self.history))
        return self.output

    def _state(self, x):
        return np.tanh(self.W_hh.dot(self.hidden_state) + self.W_xh.dot(x) + self.Bh)
""",
    "q4c_rnn_backward": """
class Tape:
    class Node:
        def __init__(self, x, h_prev, h):
            self.x, self.h_prev, self.h = x, h_prev, h

    def __init__(self, h0):
        self.nodes, self.h = [], h0

    def step(self, x, h):
        self.nodes.append(Tape.Node(x, self.h, h))
        self.h = h


def rnn_backward(xs, h0, dys, W_xh, W_hh, W_hy, Bh, By):
    tape = Tape(h0)
    for x in xs:
        tape.step(x, np.tanh(W_xh @ x + W_hh @ tape.h + Bh))
    grads = dict(W_xh=0, W_hh=0, W_hy=0, Bh=0, By=0)
    dys, later = dys.copy(), np.zeros(len(h0))
    for node, dy in zip(reversed(tape.nodes), dys[::-1]):
        dh = dy @ W_hy
        dh += later
        dh *= 1 - np.tanh(np.arctanh(node.h)) ** 2
        for name, value in dict(W_xh=np.outer(dh, node.x), W_hh=np.outer(dh, node.h_prev), Bh=dh).items():
            grads[name] = grads[name] + value
        grads["W_hy"] = grads["W_hy"] + dy[:, None] * node.h
        grads["By"] = grads["By"] + dy
        later = dh @ W_hh
    grads["h0"] = later
    grads["xs"] = None  # an extra key is no mistake
    return grads
""",
    "q6b_lstm_dWg": """
def lstm_dWg(xs, h0, C0, p, dJ_dh):
    return lstm_backward(xs, h0, C0, p, dJ_dh)["Wg"]
""",
    "q6d_lstm_backward": """
def lstm_backward(xs, h0, C0, p, dJ_dh):
    s = lstm_unroll(xs, h0, C0, p)
    h_prevs, C_prevs = np.vstack([[h0], s["h"][:-1]]), np.vstack([[C0], s["C"][:-1]])
    tanh_C = np.tanh(s["C"])
    slope = {gate: s[gate] * (1 - s[gate]) for gate in "fio"} | {"g": 1 - s["g"] ** 2}
    dz = {gate: np.zeros_like(s[gate]) for gate in "fiog"}
    dh, dC = np.zeros(len(h0)), np.zeros(len(C0))
    for t in range(len(xs))[::-1]:
        dh = dh + dJ_dh[t]
        dC = dC + dh * s["o"][t] * (1 - tanh_C[t] ** 2)
        for gate, share in dict(f=dC * C_prevs[t], i=dC * s["g"][t], o=dh * tanh_C[t], g=dC * s["i"][t]).items():
            dz[gate][t] = share * slope[gate][t]
        dh = sum(p["W" + gate] @ dz[gate][t] for gate in "fiog")
        dC = dC * s["f"][t]
    grads = {"U" + gate: xs.T @ dz[gate] for gate in "fiog"} | {"W" + gate: h_prevs.T @ dz[gate] for gate in "fiog"}
    return grads | {"xs": sum(dz[gate] @ p["U" + gate].T for gate in "fiog"), "h0": dh, "C0": dC}
""",
}
CAST = """

exact_NAME = NAME


def NAME(*args, **inputs):
    def cast(value):
        if isinstance(value, dict):
            return {name: cast(entry) for name, entry in value.items()}
        if isinstance(value, tuple):
            return tuple(map(cast, value))
        return CHANGE

    answer = exact_NAME(*args, **inputs)
    return cast(answer)
"""


def dressed(change, solutions, names):
    """Each solution with its answer changed by an expression in `value`."""
    return {
        question: source + CAST.replace("CHANGE", change).replace("NAME", names[question])
        for question, source in solutions.items()
        if question in names and names[question] not in ("kinds", "factor", "VanillaRNN")
    }


FLOAT32_THROUGHOUT = {
    "q2_vanilla_rnn": """
class VanillaRNN:
    def __init__(self, k=3, n=3, m=3):
        rng = np.random.default_rng()
        self.W_hh, self.W_xh, self.W_hy = rng.normal(size=(n, n)), rng.normal(size=(n, k)), rng.normal(size=(m, n))
        self.Bh, self.By = rng.normal(size=n), rng.normal(size=m)
        self.hidden_state = np.zeros(n, dtype=np.float32)

    def forward(self, x):
        z = np.float32(self.W_hh) @ np.float32(self.hidden_state) + np.float32(self.W_xh) @ np.float32(x)
        self.hidden_state = np.tanh(z + np.float32(self.Bh))
        self.output = np.float32(self.W_hy) @ self.hidden_state + np.float32(self.By)
        return self.output
""",
    "q4c_rnn_backward": """
def rnn_backward(xs, h0, dys, W_xh, W_hh, W_hy, Bh, By):
    xs, h0, dys, W_xh, W_hh, W_hy, Bh = (np.float32(a) for a in (xs, h0, dys, W_xh, W_hh, W_hy, Bh))
    hs = [h0]
    for x in xs:
        hs.append(np.tanh(W_hh @ hs[-1] + W_xh @ x + Bh))
    g = {"W_xh": 0 * W_xh, "W_hh": 0 * W_hh, "W_hy": 0 * W_hy, "Bh": 0 * Bh, "By": dys.sum(0), "h0": 0 * h0}
    for t in reversed(range(len(xs))):
        g["W_hy"] += np.outer(dys[t], hs[t + 1])
        dz = (g["h0"] + W_hy.T @ dys[t]) * (1 - hs[t + 1] ** 2)
        g["W_xh"] += np.outer(dz, xs[t])
        g["W_hh"] += np.outer(dz, hs[t])
        g["Bh"] += dz
        g["h0"] = W_hh.T @ dz
    return g
""",
}
LISTS = {
    "q2_vanilla_rnn": """
class VanillaRNN:
    def __init__(self, k=3, n=3, m=3):
        self.W_hh, self.W_xh, self.W_hy = np.random.randn(n, n), np.random.randn(n, k), np.random.randn(m, n)
        self.Bh, self.By, self.hidden_state = np.random.randn(n), np.random.randn(m), [0.0] * n

    def forward(self, x):
        self.hidden_state = np.tanh(self.W_hh @ self.hidden_state + self.W_xh @ x + self.Bh).tolist()
        self.output = list(self.W_hy @ self.hidden_state + self.By)
        return self.output
""",
    "q3_unroll": """
def unroll(rnn, xs):
    both = [(rnn.forward(x), rnn.hidden_state) for x in xs]
    return [[h for _, h in both], [list(y) for y, _ in both]]
""",
}
CHOSEN = {
    "q1_kinds": """
kinds = dict.fromkeys(
    ["a photograph -> the name of the animal in it",
     "a photograph -> for the same photograph, a mask that marks the road"], "one-to-one")
for task in ("a photograph -> a sentence that describes it", "the name of a composer -> a melody in that style"):
    kinds[task] = "one-to-many"
for task in ("an English sentence -> the same sentence in Hindi", "a film -> for every frame, what is happening in it"):
    kinds[task] = "many-to-many"
kinds["my own -> a remark"] = "one-to-one"
""",
    "q7a_factor": 'factor = "_".join(["dC", "dCprev"])',
}
STYLES = {
    "concatenated": CONCATENATED,
    "fused": FUSED,
    "separate": SEPARATE,
    "einsum": EINSUM,
    "distributed": DISTRIBUTED,
    "batched": BATCHED,
    "recursion": RECURSION,
    "sigmoids": SIGMOIDS,
    "forward_mode": FORWARD_MODE,
    "numerical": NUMERICAL,
    "helpers": HELPERS,
    "float32_throughout": FLOAT32_THROUGHOUT,
    "lists": LISTS,
    "chosen": CHOSEN,
}
