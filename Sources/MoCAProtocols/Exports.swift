// A plugin's file imports one module and has all it needs.
@_exported import Mathematics
@_exported import PluginKit
@_exported import Torch
@_exported import TorchNN
