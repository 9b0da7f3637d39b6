import Mustache
import Runner

enum Reports {}
