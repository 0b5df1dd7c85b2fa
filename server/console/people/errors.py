"""What a form is refused for: said on the form itself."""

from http import HTTPStatus


class RefusedError(Exception):
    """A form was not accepted; `text` is a sentence for whoever filled it in."""

    def __init__(self, text: str, status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY) -> None:
        super().__init__(text)
        self.text, self.status = text, status


class WrongPasswordError(RefusedError):
    """The current password, asked again before something that matters, is wrong."""

    def __init__(self) -> None:
        super().__init__("The current password is not right.", HTTPStatus.UNAUTHORIZED)


class TooOftenError(RefusedError):
    """Too many tries; who it is can be told after `seconds`."""

    def __init__(self, seconds: int) -> None:
        minutes = max(1, round(seconds / 60))
        wait = f"{minutes} minute{'s' if minutes > 1 else ''}"
        text = f"Too many attempts. Please try again in {wait}; on a device that you have used before, you can now."
        super().__init__(text, HTTPStatus.TOO_MANY_REQUESTS)
        self.seconds = seconds
