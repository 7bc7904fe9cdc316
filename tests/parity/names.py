"""Our names for the description's tensors: what the table of the models' README promises a PyTorch user."""
import re

CVA = [
    (r"^motion\.stem(\d)\.0\.", r"motion.stem.conv\1."),
    (r"^motion\.stem(\d)\.1\.", r"motion.stem.bn\1."),
    (r"\.three\.0\.", ".conv1."), (r"\.three\.1\.", ".bn1."),
    (r"\.one\.0\.", ".conv2."), (r"\.one\.1\.", ".bn2."),
    (r"\.skip\.0\.", ".shortcut.conv."), (r"\.skip\.1\.", ".shortcut.bn."),
    (r"\.squeeze\.0\.", ".reduce."), (r"\.squeeze\.1\.", ".bn."),
    (r"\.expand\.", "."), (r"\.carry\.", ".previous_"),
]
RESNET = [
    (r"^motion\.0\.", "motion.conv1."), (r"^motion\.1\.", "motion.bn1."),
    (r"^motion\.([4-7])\.", lambda m: f"motion.layer{int(m[1]) - 3}."),
]
SWIN = [
    (r"^position\.net\.features\.0\.0\.", "position.patch_embed.proj."),
    (r"^position\.net\.features\.0\.2\.", "position.patch_embed.norm."),
    (r"^position\.net\.features\.([135])\.(\d)\.", lambda m: f"position.layers.{int(m[1]) // 2}.blocks.{m[2]}."),
    (r"^position\.net\.features\.([24])\.", lambda m: f"position.layers.{int(m[1]) // 2 - 1}.downsample."),
    (r"\.mlp\.0\.", ".mlp.fc1."), (r"\.mlp\.3\.", ".mlp.fc2."),
    (r"^position\.net\.norm\.", "position.norm."),
]
VIT = [
    (r"^position\.embed\.", "position.patch_embed.proj."),
    (r"^position\.net\.pos_embedding$", "position.pos_embed"),
    (r"^position\.net\.layers\.encoder_layer_(\d)\.", r"position.blocks.\1."),
    (r"\.ln_([12])\.", r".norm\1."),
    (r"\.self_attention\.in_proj_", ".qkv."), (r"\.self_attention\.out_proj\.", ".proj."),
    (r"\.mlp\.(linear_1|0)\.", ".mlp.fc1."), (r"\.mlp\.(linear_2|3)\.", ".mlp.fc2."),
    (r"^position\.net\.ln\.", "position.norm."),
]
HEAD = [
    (r"^reduce\.", "head.fc1."), (r"^head\.0\.", "head.bn1."), (r"^head\.2\.", "head.fc2."), (r"^head\.3\.", "head.bn2."),
    (r"^head\.4\.", "head.fc3."),
]


def ours(network):
    """A function from the description's name to ours; None for what we do not store."""
    rules = list(RESNET if network.backbone else CVA)
    if network.position:
        rules += SWIN if network.position.kind == "swin" else VIT

    def translate(name):
        if name.endswith("relative_position_index") or name.startswith("position.net.head."):
            return None
        if re.match(r"^(reduce|head)\.", name):
            return apply(HEAD, name)
        return apply(rules, name)

    return translate


def apply(rules, name):
    for pattern, replacement in rules:
        name = re.sub(pattern, replacement, name)
    return name
