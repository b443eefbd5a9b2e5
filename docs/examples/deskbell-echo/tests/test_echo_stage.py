from deskbell_echo.stage import EchoStage

from deskbell.testing import StageContract


class TestEchoStage(StageContract):
    stage = EchoStage
