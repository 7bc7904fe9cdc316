"""The paper's network in PyTorch, written from the paper (section 3) and the layer table; ResNet-18, Swin and ViT are torchvision's own.

Nothing here follows the C# code: it exists to disagree with it.
"""
from collections import deque
from functools import partial

import torch
from torch import nn
from torch.nn import functional
from torchvision.models.resnet import BasicBlock, ResNet
from torchvision.models.swin_transformer import SwinTransformer
from torchvision.models.vision_transformer import Encoder

VARIANTS = {
    "full": {},
    "baseline": {"motion": "resnet", "position": None, "units": False},
    "cva": {"position": None, "units": False},
    "fpf": {"motion": "resnet", "units": False},
    "au": {"motion": "resnet", "position": None},
    "horizontal": {"directions": ("horizontal",)},
    "both-directions": {"directions": ("vertical", "horizontal")},
    "independent": {"continuous": False},
    "vit": {"position": "vit"},
    "onset": {"frames": ("onset",)},
    "apex": {"frames": ("apex",)},
    "no-au": {"units": False},
}


def conv_bn(cin, cout, kernel, stride=1):
    return nn.Sequential(nn.Conv2d(cin, cout, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(cout))


class Attention(nn.Module):
    """Equation 1 for the directions asked for; f_1 reduces to max(8, cin / 32) channels, cin the block's input channels (published code)."""

    AXIS = {"vertical": 3, "horizontal": 2}

    def __init__(self, cin, channels, directions, continuous):
        super().__init__()
        middle = max(8, cin // 32)
        self.squeeze = nn.Sequential(nn.Conv2d(channels, middle, 1, bias=False), nn.BatchNorm2d(middle), nn.Hardswish())
        self.expand = nn.ModuleDict({d: nn.Conv2d(middle, channels, 1) for d in directions})
        self.carry = nn.ModuleDict(
            {d: nn.Conv2d(cin, channels, 1, bias=False) if cin != channels else nn.Identity() for d in directions}
            if continuous else {})

    def forward(self, x, previous):
        means = [x.mean(self.AXIS[d]) for d in self.expand]  # [N, C, length]
        strip = self.squeeze(torch.cat(means, 2).unsqueeze(3)).squeeze(3)
        maps = {}
        for direction, part in zip(self.expand, strip.split([m.shape[2] for m in means], 2)):
            a = torch.sigmoid(self.expand[direction](part.unsqueeze(self.AXIS[direction])))
            if previous and self.carry:
                a = a * self.carry[direction](functional.max_pool2d(previous[direction], 3, 2, 1))
            maps[direction] = a
        return maps


class Block(nn.Module):
    """Equations 2 and 4."""

    def __init__(self, cin, cout, stride, directions, continuous):
        super().__init__()
        self.three = conv_bn(cin, cout, 3, stride)
        self.one = conv_bn(cout, cout, 1)
        self.skip = nn.Identity() if stride == 1 else conv_bn(cin, cout, 1, stride)
        self.attention = Attention(cin, cout, directions, continuous)

    def forward(self, x, previous):
        f = functional.relu(self.one(functional.relu(self.three(x))) + self.skip(x))
        maps = self.attention(f, previous)
        for a in maps.values():
            f = f * a
        return f, maps


class Motion(nn.Module):
    def __init__(self, width, directions, continuous):
        super().__init__()
        a, b, c = 128 // width, 256 // width, 512 // width
        self.stem1, self.stem2 = conv_bn(3, 180 // width, 3, 2), conv_bn(180 // width, a, 3)
        self.blocks = nn.ModuleList(
            Block(cin, cout, stride, directions, continuous) for cin, cout, stride in [(a, a, 1), (a, a, 2), (a, b, 2), (b, c, 2)])

    def forward(self, x):
        x = functional.relu(self.stem2(functional.relu(self.stem1(x))))
        maps, trail = None, []
        for block in self.blocks:
            x, maps = block(x, maps)
            trail.append(maps)
        return x, trail


def resnet18(width, keep_map):
    """torchvision's ResNet-18, narrower by `width`; with keep_map the last stage does not halve."""
    net = ResNet(BasicBlock, [2, 2, 2, 2])
    if width != 1:
        net.inplanes = 64 // width
        net.conv1, net.bn1 = nn.Conv2d(3, net.inplanes, 7, 2, 3, bias=False), nn.BatchNorm2d(net.inplanes)
        for stage, stride in enumerate([1, 2, 2, 2]):
            setattr(net, f"layer{stage + 1}", net._make_layer(BasicBlock, 2**stage * 64 // width, 2, stride))
    if keep_map:
        net.layer4[0].conv1.stride = net.layer4[0].downsample[0].stride = (1, 1)
    return nn.Sequential(net.conv1, net.bn1, net.relu, net.maxpool, net.layer1, net.layer2, net.layer3, net.layer4), net


class GivenDepth(nn.Module):
    """Stochastic depth with factors from outside: random generators of two versions need not agree."""

    def __init__(self, queue):
        super().__init__()
        self.queue = queue

    def forward(self, x):
        return x * self.queue.popleft().view(-1, 1, 1, 1).to(x) if self.training else x


class Position(nn.Module):
    """Swin or ViT on an image, padded to whole patches; [N, C, h, w]."""

    def __init__(self, kind, width, size, window):
        super().__init__()
        self.kind, self.factors = kind, deque()
        if kind == "swin":
            channels = [128 // width * 2**stage for stage in range(3)]
            self.net = SwinTransformer(
                patch_size=[4, 4], embed_dim=channels[0], depths=[2, 2, 6], num_heads=[max(1, c // 32) for c in channels],
                window_size=[window, window], stochastic_depth_prob=0.1)
            for module in self.net.modules():
                if hasattr(module, "stochastic_depth"):
                    module.stochastic_depth = GivenDepth(self.factors)
            self.patch = 4
        else:
            channels = 512 // width
            self.embed = nn.Conv2d(3, channels, 16, 16)
            self.net = Encoder(
                seq_length=(-(-size // 16)) ** 2, num_layers=2, num_heads=max(1, channels // 128), hidden_dim=channels,
                mlp_dim=4 * channels, dropout=0.0, attention_dropout=0.0, norm_layer=partial(nn.LayerNorm, eps=1e-6))
            self.patch = 16

    def forward(self, x):
        pad = -x.shape[3] % self.patch
        x = functional.pad(x, (0, pad, 0, pad))
        if self.kind == "swin":
            return self.net.norm(self.net.features(x)).permute(0, 3, 1, 2)
        x = self.embed(x)
        return self.net(x.flatten(2).transpose(1, 2)).transpose(1, 2).reshape(x.shape)


class Network(nn.Module):
    """Figure 1 and its ablations."""

    def __init__(self, width=1, size=224, window=7, motion="cva", position="swin", directions=("vertical",), continuous=True,
                 frames=("onset", "apex"), units=True):
        super().__init__()
        self.frames, self.units, self.pooled = frames, units, motion == "resnet" and not position
        if motion == "cva":
            self.motion, self.backbone = Motion(width, directions, continuous), None
        else:
            self.motion, backbone = resnet18(width, keep_map=position is not None)
            self.backbone = [backbone]  # in a list: the same parameters once more, under torchvision's names
        self.position = Position(position, width, size, window) if position else None
        channels, side = 512 // width, -(-size // 16)
        self.reduce = nn.Linear(channels if self.pooled else channels * side * side, 512 // width, bias=False)
        joined = 512 // width + (21 if units else 0)
        self.head = nn.Sequential(
            nn.BatchNorm1d(joined), nn.ReLU(), nn.Linear(joined, 128 // width, bias=False), nn.BatchNorm1d(128 // width),
            nn.Linear(128 // width, 5))

    def forward(self, onset, apex, units):
        """Everything that is compared, by the names of `mer model forward --features`."""
        out = {}
        x = self.motion(apex - onset)
        x, trail = x if isinstance(x, tuple) else (x, [])
        out["motion_map"] = x
        for block, maps in enumerate(trail):
            out.update({f"attention.{block}.{direction}": a for direction, a in maps.items()})
        if self.position:
            given = {"onset": onset, "apex": apex}
            maps = self.position(torch.cat([given[f] for f in self.frames]))
            out["position_map"] = sum(maps.chunk(len(self.frames)))
            x = x + out["position_map"]
        if self.pooled:
            x = functional.adaptive_avg_pool2d(x, 1)
        x = self.reduce(x.flatten(1))
        out["logits"] = self.head(torch.cat([x, units], 1) if self.units else x)
        return out
