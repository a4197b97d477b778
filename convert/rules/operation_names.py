"""Operations of Keras that only our own layer computes in tf.js, by Keras's names of class and function."""

UNARY = {
    "Exp": "exp", "Log": "log", "Log1p": "log1p", "Expm1": "expm1", "Sqrt": "sqrt", "Rsqrt": "rsqrt", "Sin": "sin",
    "Cos": "cos", "Tan": "tan", "Sinh": "sinh", "Cosh": "cosh", "Arcsin": "arcsin", "Arccos": "arccos",
    "Arctan": "arctan", "Arcsinh": "arcsinh", "Arccosh": "arccosh", "Arctanh": "arctanh", "Sign": "sign",
    "Floor": "floor", "Ceil": "ceil", "Reciprocal": "reciprocal", "Erf": "erf", "LogicalNot": "logical_not",
}  # fmt: skip
BINARY = {
    "FloorDivide": "floor_divide", "Mod": "mod", "Arctan2": "arctan2", "Equal": "equal", "NotEqual": "not_equal",
    "Greater": "greater", "GreaterEqual": "greater_equal", "Less": "less", "LessEqual": "less_equal",
    "LogicalAnd": "logical_and", "LogicalOr": "logical_or", "LogicalXor": "logical_xor",
}  # fmt: skip
REDUCING = {
    "Prod": "prod", "Any": "any", "All": "all", "Var": "var", "Std": "std", "Logsumexp": "logsumexp",
    "Argmax": "argmax", "Argmin": "argmin",
}  # fmt: skip
